"""Whether the process lives."""

from fastapi import APIRouter

router = APIRouter(tags=["health"])


@router.get("/healthz")
def is_alive() -> dict[str, str]:
    """The process answers; says nothing about the database."""
    return {"status": "ok"}
