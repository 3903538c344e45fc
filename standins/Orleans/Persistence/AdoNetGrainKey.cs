using System.Text;

namespace Orleans.Storage;

/// <summary>
/// A grain's key in the columns of the table: a Guid as two numbers, an integer as the second of them, a string as the extension.
/// </summary>
internal readonly struct AdoNetGrainKey
{
    private readonly byte[] number;

    public AdoNetGrainKey(GrainId id)
    {
        if (id.TryGetGuidKey(out var guid, out var extension))
        {
            number = guid.ToByteArray();
            (N0, N1) = (BitConverter.ToInt64(number, 0), BitConverter.ToInt64(number, 8));
        }
        else if (id.TryGetIntegerKey(out var integer, out extension))
        {
            number = BitConverter.GetBytes(integer);
            N1 = integer;
        }
        else
        {
            number = [];
            extension = id.Key.ToString();
        }

        Extension = extension;
    }

    public long N0 { get; }

    public long N1 { get; }

    public string? Extension { get; }

    /// <summary>What the hash is taken of: number and extension, back to front.</summary>
    public byte[] HashedBytes()
    {
        byte[] bytes = [.. number, .. Encoding.UTF8.GetBytes(Extension ?? "")];
        Array.Reverse(bytes);
        return bytes;
    }
}
