using System.Text.Json;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;

namespace Progeny.Storage.Datasets.Reading;

/// <summary>Keeps profiles as artifacts.</summary>
internal static class ProfileStore
{
    /// <returns>The digest.</returns>
    public static async Task<string> KeepAsync(IDataArtifactStore artifacts, DatasetProfile profile, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(profile, JsonSerializerOptions.Web));
        return await artifacts.PutAsync(json, long.MaxValue, cancellationToken);
    }
}
