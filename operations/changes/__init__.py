"""What each verb plans, and the stages that carry it out; one module a family. None of them knows of kills."""
