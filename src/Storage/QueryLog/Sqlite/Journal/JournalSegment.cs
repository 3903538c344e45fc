using Microsoft.Win32.SafeHandles;
using Progeny.Storage.Common;

namespace Progeny.Storage.QueryLog.Sqlite.Journal;

/// <summary>
/// A file of the journal, written from its beginning to its end. Its room is on disk before it is used, so that a flush has no more to
/// write than the data.
/// </summary>
internal sealed class JournalSegment : IDisposable
{
    private const int ZeroBytes = 256 * 1024;

    private readonly SafeFileHandle file;
    private int position;

    private JournalSegment(string path, SafeFileHandle file, int size)
    {
        Path = path;
        this.file = file;
        Size = size;
    }

    public string Path { get; }

    public int Size { get; }

    /// <summary>The bytes that are left.</summary>
    public int Left => Size - position;

    /// <summary>The number of the last frame.</summary>
    public long Last { get; private set; }

    /// <summary>Creates a file.</summary>
    /// <exception cref="IOException">There is no room for it on disk; then there is no file.</exception>
    public static JournalSegment Create(string path, int size)
    {
        var handle = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var zeros = new byte[Math.Min(size, ZeroBytes)];
            for (long at = 0; at < size; at += zeros.Length)
                RandomAccess.Write(handle, zeros.AsSpan(0, (int)Math.Min(zeros.Length, size - at)), at);
            RandomAccess.Write(handle, JournalFormat.Magic, 0);
            RandomAccess.FlushToDisk(handle);
            DiskSync.FlushFolder(System.IO.Path.GetDirectoryName(path)!);
            return new JournalSegment(path, handle, size) { position = JournalFormat.Magic.Length };
        }
        catch
        {
            handle.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Begins anew. The frames of before are overwritten by and by; their numbers are below those that follow.</summary>
    public void Reuse() => position = JournalFormat.Magic.Length;

    /// <summary>Appends frames; they are on disk when the call returns.</summary>
    /// <param name="last">The number of the last of them.</param>
    /// <exception cref="IOException">They could not be written, and do not count.</exception>
    public void Append(ReadOnlySpan<byte> frames, long last)
    {
        try
        {
            RandomAccess.Write(file, frames, position);
            DiskSync.FlushData(file);
        }
        catch
        {
            Erase();
            throw;
        }

        position += frames.Length;
        Last = last;
    }

    public void Delete()
    {
        file.Dispose();
        File.Delete(Path);
    }

    public void Dispose() => file.Dispose();

    /// <summary>
    /// Makes what was written last unreadable. What this leaves on a disk that fails now as well is refused by its number once something
    /// was written behind it.
    /// </summary>
    private void Erase()
    {
        try
        {
            RandomAccess.Write(file, stackalloc byte[JournalFormat.HeaderBytes], position);
            DiskSync.FlushData(file);
        }
        catch (IOException)
        {
            // The caller has the failure that came first.
        }
    }
}
