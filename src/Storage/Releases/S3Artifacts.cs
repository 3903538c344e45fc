using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using Progeny.Core.Releases;
using Progeny.Storage.Common;

namespace Progeny.Storage.Releases;

/// <summary>
/// Artifacts as objects of an S3 bucket: <c>blobs/ab/cdef…</c> by their digest, and <c>staging/…</c> by their ticket. An object appears
/// when all of it is there, by the promise of the service.
/// </summary>
internal sealed class S3Artifacts : ISharedArtifacts, IDisposable
{
    private const int MaxRetries = 3;
    private const int PartBytes = 16 << 20;
    private const int PartsAtOnce = 4;

    // A copy within the service is one request up to this size.
    private const long MaxStagedBytes = 5L << 30;

    private readonly AmazonS3Client _client;
    private readonly TransferUtility _transfers;
    private readonly string _bucket;
    private readonly string _prefix;

    /// <param name="folder">Of the names of these artifacts, behind the prefix of all; empty, or ending in '/'.</param>
    public S3Artifacts(ArtifactsOptions options, string folder = "")
    {
        _bucket = options.Bucket!;
        _prefix = (options.Prefix.Length == 0 ? "" : $"{options.Prefix}/") + folder;
        _client = S3Clients.Create(options.Endpoint, options.Region, options.AccessKey, options.SecretKey);
        _transfers = new TransferUtility(
            _client, new TransferUtilityConfig { MinSizeBeforePartUpload = PartBytes, ConcurrentServiceRequests = PartsAtOnce });
    }

    public Task PutAsync(string path, string digest, CancellationToken cancellationToken) =>
        UploadAsync(path, BlobKey(digest), cancellationToken);

    public async Task ReadAsync(string digest, FileStream destination, CancellationToken cancellationToken)
    {
        if (!await DownloadAsync(BlobKey(digest), destination, cancellationToken))
            throw new ArtifactMissingException(digest);
    }

    public Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken) => ExistsKeyAsync(BlobKey(digest), cancellationToken);

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => AskAsync(
        async Task<IReadOnlyList<string>> () =>
        {
            var (start, digests) = ($"{_prefix}blobs/", new List<string>());
            var objects = _client.Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = _bucket, Prefix = start });
            await foreach (var found in objects.S3Objects.WithCancellation(cancellationToken))
                digests.Add(found.Key[start.Length..].Replace("/", "", StringComparison.Ordinal));
            return digests.FindAll(ArtifactNames.IsDigest);
        },
        cancellationToken);

    /// <remarks>
    /// S3 has no removal by age: an object that is stored again between the two requests is removed. Who removes leaves much time between
    /// the last storing and <paramref name="before"/>, so that this takes the same contents to come again in that moment.
    /// </remarks>
    public Task<bool> RemoveAsync(string digest, DateTimeOffset before, CancellationToken cancellationToken) => AskAsync(
        async () =>
        {
            try
            {
                var found = await _client.GetObjectMetadataAsync(_bucket, BlobKey(digest), cancellationToken);
                if (!(found.LastModified?.ToUniversalTime() < before.UtcDateTime))
                    return false;
            }
            catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
            {
                return false;
            }

            await _client.DeleteObjectAsync(_bucket, BlobKey(digest), cancellationToken);
            return true;
        },
        cancellationToken);

    public async Task<string> StageAsync(string path, string digest, CancellationToken cancellationToken)
    {
        if (new FileInfo(path).Length > MaxStagedBytes)
            throw new ArtifactTooLargeException(MaxStagedBytes);
        var ticket = ArtifactNames.NewTicket(digest);
        await UploadAsync(path, StagedKey(ticket), cancellationToken);
        return ticket;
    }

    public async Task ReadStagedAsync(string ticket, FileStream destination, CancellationToken cancellationToken)
    {
        if (!await DownloadAsync(StagedKey(ticket), destination, cancellationToken))
            throw new ArtifactMissingException(ticket);
    }

    public Task KeepAsync(string ticket, CancellationToken cancellationToken) => AskAsync(
        async () =>
        {
            var (staged, blob) = (StagedKey(ticket), BlobKey(ArtifactNames.Ticket(ticket).Digest));
            try
            {
                await _client.CopyObjectAsync(_bucket, staged, _bucket, blob, cancellationToken);
            }
            catch (AmazonS3Exception exception) when (IsMissing(exception))
            {
                throw new ArtifactMissingException(ticket);
            }

            await _client.DeleteObjectAsync(_bucket, staged, cancellationToken);
            return true;
        },
        cancellationToken);

    public Task DropAsync(string ticket, CancellationToken cancellationToken) =>
        AskAsync(() => _client.DeleteObjectAsync(_bucket, StagedKey(ticket), cancellationToken), cancellationToken);

    public Task RemoveAbandonedAsync(DateTimeOffset before, CancellationToken cancellationToken) => AskAsync(
        async () =>
        {
            var objects = _client.Paginators.ListObjectsV2(
                new ListObjectsV2Request { BucketName = _bucket, Prefix = $"{_prefix}staging/" });
            await foreach (var found in objects.S3Objects.WithCancellation(cancellationToken))
            {
                if (found.LastModified?.ToUniversalTime() < before.UtcDateTime)
                    await _client.DeleteObjectAsync(_bucket, found.Key, cancellationToken);
            }

            var uploads = _client.Paginators.ListMultipartUploads(
                new ListMultipartUploadsRequest { BucketName = _bucket, Prefix = _prefix });
            await foreach (var upload in uploads.Uploads.WithCancellation(cancellationToken))
            {
                if (upload.Initiated?.ToUniversalTime() < before.UtcDateTime)
                    await _client.AbortMultipartUploadAsync(_bucket, upload.Key, upload.UploadId, cancellationToken);
            }

            return true;
        },
        cancellationToken);

    public void Dispose()
    {
        _transfers.Dispose();
        _client.Dispose();
    }

    // A file can be sent again from any place, so the SDK repeats a request that failed; parts of an upload that fails for good are
    // aborted.
    private Task UploadAsync(string path, string key, CancellationToken cancellationToken) => AskAsync(
        async () =>
        {
            await _transfers.UploadAsync(
                new TransferUtilityUploadRequest
                {
                    BucketName = _bucket,
                    Key = key,
                    FilePath = path,
                    PartSize = PartBytes,
                    ContentType = "application/octet-stream",
                },
                cancellationToken);
            return true;
        },
        cancellationToken);

    // The SDK repeats a request that fails, but not one whose contents break off on the way.
    private Task<bool> DownloadAsync(string key, FileStream destination, CancellationToken cancellationToken) => AskAsync(
        async () =>
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    destination.SetLength(0);
                    using var response = await _client.GetObjectAsync(_bucket, key, cancellationToken);
                    await CopyAsync(response.ResponseStream, destination, cancellationToken);
                    return true;
                }
                catch (AmazonS3Exception exception) when (IsMissing(exception))
                {
                    return false;
                }
                catch (Exception exception) when (
                    exception is not AmazonServiceException && attempt < MaxRetries && S3Faults.IsTransient(exception, cancellationToken))
                {
                }
            }
        },
        cancellationToken);

    // The SDK ends a stream with this exception when its contents do not match a checksum of the service. The check of the digest finds the
    // same, and calls it by its name.
    private static async Task CopyAsync(Stream contents, FileStream destination, CancellationToken cancellationToken)
    {
        try
        {
            await contents.CopyToAsync(destination, cancellationToken);
        }
        catch (AmazonClientException exception) when (exception.InnerException is null)
        {
        }
    }

    private Task<bool> ExistsKeyAsync(string key, CancellationToken cancellationToken) => AskAsync(
        async () =>
        {
            try
            {
                await _client.GetObjectMetadataAsync(_bucket, key, cancellationToken);
                return true;
            }
            catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
            {
                return false;
            }
        },
        cancellationToken);

    private async Task<T> AskAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request();
        }
        catch (Exception exception) when (S3Faults.IsTransient(exception, cancellationToken))
        {
            throw S3Faults.Unavailable(exception);
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException)
        {
            throw S3Faults.Refused(_bucket, exception);
        }
    }

    // A bucket that is missing is no missing artifact.
    private static bool IsMissing(AmazonS3Exception exception) => exception.ErrorCode == "NoSuchKey";

    private string BlobKey(string digest) => $"{_prefix}blobs/{digest[..2]}/{digest[2..]}";

    private string StagedKey(string ticket) => $"{_prefix}staging/{ticket}";
}
