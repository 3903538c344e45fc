using Microsoft.Extensions.Options;
using Progeny.Core.Datasets.Subscriptions;

namespace Progeny.Storage.Datasets.Subscriptions;

/// <summary>The folders and buckets of the configuration.</summary>
internal sealed class ObjectSources(IOptions<SourceOptions> options, DuckDbEngine engine) : IObjectSources
{
    /// <inheritdoc/>
    public string CreateFolder() => engine.CreateFolder();

    /// <inheritdoc/>
    public IObjectSource Open(Subscription subscription)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        return subscription.Kind == SubscriptionKind.S3
            ? options.Value.Buckets.TryGetValue(subscription.Place, out var bucket)
                ? new S3Objects(subscription.Place, bucket, subscription.Prefix)
                : throw Missing("bucket", "Datasets:Buckets:<name>:Bucket", options.Value.Buckets.Keys)
            : options.Value.Folders.TryGetValue(subscription.Place, out var folder)
                ? new FolderObjects(subscription.Place, folder, subscription.Prefix)
                : throw Missing("folder", "Datasets:Folders:<name>", options.Value.Folders.Keys);

        SubscriptionException Missing(string noun, string setting, IReadOnlyCollection<string> known) => new(
            $"There is no {noun} '{subscription.Place}'; there {(known.Count == 0 ? "is none" : $"are {string.Join(", ", known.Order())}")}. "
                + $"Operators allow them as {setting}.");
    }
}
