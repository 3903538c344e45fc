using System.Security.Cryptography;

namespace Progeny.Core.Common;

/// <summary>The SHA-256 of a file.</summary>
public static class FileDigest
{
    /// <summary>Reads the file; the result is 64 lower-case hexadecimal digits.</summary>
    public static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }
}
