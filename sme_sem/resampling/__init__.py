"""Bootstrap: how much estimates would vary, by fitting the model to samples drawn from the respondents."""
