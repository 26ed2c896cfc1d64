"""The desk officer's page: invitations to hand out."""
