"""What training may also use, and no other part of ``nn`` needs: ``groups``, ``callbacks``."""
