"""What a configuration may say: models of the YAML file, rules between values, and what one run asks for."""
