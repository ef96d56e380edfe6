"""Who somebody is: sessions, passwords, second factors, the provider, wrong tries."""
