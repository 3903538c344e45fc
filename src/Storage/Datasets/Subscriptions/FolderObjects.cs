using System.Globalization;
using Progeny.Core.Datasets.Subscriptions;

namespace Progeny.Storage.Datasets.Subscriptions;

/// <summary>
/// The files of a folder and of those in it. Links are not followed, and files that are being made are passed over by their names.
/// </summary>
internal sealed class FolderObjects(string name, string folder, string prefix) : IObjectSource
{
    private static readonly string[] _unfinished = [".tmp", ".temp", ".part", ".partial", ".crdownload", ".swp", "~"];

    private static readonly EnumerationOptions _walk = new()
    {
        RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
    };

    /// <inheritdoc/>
    public bool IsWrittenInPlace => true;

    /// <inheritdoc/>
    public Task<IReadOnlyList<SourceObject>> ListAsync(CancellationToken cancellationToken) => Task.Run<IReadOnlyList<SourceObject>>(
        () =>
        {
            try
            {
                return
                [
                    .. new DirectoryInfo(folder).EnumerateFiles("*", _walk).Select(ToObject).Where(item =>
                        item.Path.StartsWith(prefix, StringComparison.Ordinal)
                        && !Array.Exists(_unfinished, end => item.Path.EndsWith(end, StringComparison.OrdinalIgnoreCase))),
                ];
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new SubscriptionException($"The folder '{name}' cannot be read: {exception.Message}", exception);
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> CopyAsync(SourceObject item, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        var file = new FileInfo(Path.Combine(folder, item.Path));
        try
        {
            if (!file.Exists || file.LinkTarget is not null || ToObject(file) != item)
                return false;
            await using (var from = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            await using (var to = File.Create(path))
                await from.CopyToAsync(to, cancellationToken);
            file.Refresh();
            return file.Exists && ToObject(file) == item;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SubscriptionException($"'{item.Path}' of the folder '{name}' cannot be read: {exception.Message}", exception);
        }
    }

    private SourceObject ToObject(FileInfo file) => new(
        Path.GetRelativePath(folder, file.FullName).Replace('\\', '/'),
        string.Create(CultureInfo.InvariantCulture, $"{file.Length}:{file.LastWriteTimeUtc.Ticks}"),
        new DateTimeOffset(file.LastWriteTimeUtc));
}
