using System.Text;

namespace Progeny.Core.Releases;

/// <summary>Texts as artifacts, in UTF-8.</summary>
public static class ArtifactText
{
    /// <summary>Stores a text.</summary>
    /// <returns>The digest to read it by.</returns>
    public static async Task<string> PutTextAsync(this IArtifactStore artifacts, string text, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return await artifacts.PutAsync(bytes, long.MaxValue, cancellationToken);
    }

    /// <summary>Reads a text that was stored.</summary>
    public static async Task<string> ReadTextAsync(this IArtifactStore artifacts, string digest, CancellationToken cancellationToken)
    {
        await using var bytes = await artifacts.OpenAsync(digest, cancellationToken);
        using var reader = new StreamReader(bytes, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
