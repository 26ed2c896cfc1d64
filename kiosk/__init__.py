"""The citizen's side: tablet and phone pages, rating codes, invitations with their QR.

The package asks for what it needs in `kiosk.protocols` and stores nothing itself; whoever mounts it passes the services in.
"""
