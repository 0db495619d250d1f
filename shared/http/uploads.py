"""A file in a multipart body, read within bounds."""

from fastapi import UploadFile

from shared.errors import TooLarge


async def uploaded(file: UploadFile, *, most: int) -> bytes:
    """The file's content; raises TooLarge over `most` bytes, without reading on.

    The route's path must be among the interface's `uploads`, with room for the multipart frame, or the body limit
    refuses it before. While it arrives the file is spooled to the temporary folder.
    """
    content = await file.read(most + 1)
    if len(content) > most:
        raise TooLarge(f"文件超过 {most} 字节 · The file has more than {most} bytes")
    return content
