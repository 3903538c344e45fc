using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Progeny.Core.Datasets.Subscriptions;
using Progeny.Storage.Common;

namespace Progeny.Storage.Datasets.Subscriptions;

/// <summary>The objects of an S3 bucket below a prefix.</summary>
internal sealed class S3Objects : IObjectSource, IDisposable
{
    private readonly AmazonS3Client _client;
    private readonly string _name;
    private readonly string _bucket;
    private readonly string _prefix;
    private readonly string _subscribed;

    public S3Objects(string name, BucketOptions options, string prefix)
    {
        (_name, _bucket, _prefix, _subscribed) = (name, options.Bucket!, options.Prefix, prefix);
        _client = S3Clients.Create(options.Endpoint, options.Region, options.AccessKey, options.SecretKey);
    }

    /// <inheritdoc/>
    /// <remarks>An object appears when all of it is there, by the promise of the service.</remarks>
    public bool IsWrittenInPlace => false;

    private static DateTimeOffset ModifiedAt(S3Object found) =>
        found.LastModified is { } at ? new DateTimeOffset(at.ToUniversalTime()) : DateTimeOffset.UnixEpoch;

    /// <inheritdoc/>
    public Task<IReadOnlyList<SourceObject>> ListAsync(CancellationToken cancellationToken) => AskAsync<IReadOnlyList<SourceObject>>(
        async () =>
        {
            List<SourceObject> objects = [];
            var pages = _client.Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = _bucket, Prefix = _prefix + _subscribed });
            await foreach (var found in pages.S3Objects.WithCancellation(cancellationToken))
            {
                // What ends so stands for a folder.
                if (!found.Key.EndsWith('/'))
                    objects.Add(new SourceObject(found.Key[_prefix.Length..], found.ETag, ModifiedAt(found)));
            }

            return objects;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> CopyAsync(SourceObject item, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        return AskAsync(
            async () =>
            {
                try
                {
                    using var response = await _client.GetObjectAsync(
                        new GetObjectRequest { BucketName = _bucket, Key = _prefix + item.Path, EtagToMatch = item.Identity },
                        cancellationToken);
                    await using var to = File.Create(path);
                    await response.ResponseStream.CopyToAsync(to, cancellationToken);
                    return response.ETag == item.Identity;
                }
                catch (AmazonS3Exception exception)
                    when (exception.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed)
                {
                    return false;
                }
            },
            cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception)
            when (exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException
            && !cancellationToken.IsCancellationRequested)
        {
            throw new SubscriptionException($"The bucket '{_name}' cannot be read: {exception.Message}", exception);
        }
    }
}
