using System.Globalization;

namespace Progeny.Storage.QueryLog.Archive;

/// <summary>Brings files of an archive to this machine.</summary>
internal static class ArchiveFolders
{
    /// <summary>Brings all files below a folder of the archive.</summary>
    /// <param name="target">The folder to write them to.</param>
    /// <returns>Their whole paths here, in the order of their names.</returns>
    public static async Task<IReadOnlyList<string>> BringAllAsync(
        this IArchiveFiles files, string folder, string target, CancellationToken cancellationToken)
    {
        var brought = new List<string>();
        foreach (var (name, _) in await files.ListAsync(folder, cancellationToken))
        {
            if (files.PathOf(name) is { } here)
            {
                brought.Add(here);
                continue;
            }

            var path = Path.Combine(target, string.Create(CultureInfo.InvariantCulture, $"archived-{brought.Count}.parquet"));
            await files.BringAsync(name, path, cancellationToken);
            brought.Add(path);
        }

        return brought;
    }
}
