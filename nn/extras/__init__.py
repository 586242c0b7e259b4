"""What else can training use?  Optional parts that no other part of ``nn`` needs: ``groups``, ``callbacks``."""
