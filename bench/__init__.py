"""Speed and memory, measured side by side with the usual ways: `python -m bench`. Not a part of the product."""
