using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using Progeny.Storage.Common;

namespace Progeny.Storage.QueryLog.Archive;

/// <summary>An archive in a bucket of an S3 service. An object appears when all of it is there, by the promise of the service.</summary>
public sealed class S3Archive : IArchiveFiles, IDisposable
{
    private readonly AmazonS3Client _client;
    private readonly TransferUtility _transfers;
    private readonly string _bucket;
    private readonly string _prefix;

    /// <param name="options">Names the bucket.</param>
    public S3Archive(QueryArchiveOptions options)
    {
        _bucket = options.Bucket!;
        _prefix = options.Prefix.Length == 0 ? "" : $"{options.Prefix}/";
        _client = S3Clients.Create(options.Endpoint, options.Region, options.AccessKey, options.SecretKey);
        _transfers = new TransferUtility(_client);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<(string Name, long Bytes)>> ListAsync(string folder, CancellationToken cancellationToken) => AskAsync(
        async Task<IReadOnlyList<(string Name, long Bytes)>> () =>
        {
            var found = new List<(string Name, long Bytes)>();
            var objects = _client.Paginators.ListObjectsV2(
                new ListObjectsV2Request { BucketName = _bucket, Prefix = $"{_prefix}{folder}/" });
            await foreach (var one in objects.S3Objects.WithCancellation(cancellationToken))
            {
                if (one.Key.EndsWith(".parquet", StringComparison.Ordinal))
                    found.Add((one.Key[_prefix.Length..], one.Size ?? 0));
            }

            return [.. found.OrderBy(file => file.Name, StringComparer.Ordinal)];
        });

    /// <inheritdoc/>
    public Task PutAsync(string name, string path, CancellationToken cancellationToken) => AskAsync(
        async () =>
        {
            await _transfers.UploadAsync(
                new TransferUtilityUploadRequest
                {
                    BucketName = _bucket,
                    Key = _prefix + name,
                    FilePath = path,
                    ContentType = "application/vnd.apache.parquet",
                },
                cancellationToken);
            return true;
        });

    /// <inheritdoc/>
    public Task BringAsync(string name, string path, CancellationToken cancellationToken) => AskAsync(
        async () =>
        {
            using var response = await _client.GetObjectAsync(_bucket, _prefix + name, cancellationToken);
            await using var file = File.Create(path);
            await response.ResponseStream.CopyToAsync(file, cancellationToken);
            return true;
        });

    /// <inheritdoc/>
    public Task RemoveAsync(string name, CancellationToken cancellationToken) =>
        AskAsync(() => _client.DeleteObjectAsync(_bucket, _prefix + name, cancellationToken));

    /// <inheritdoc/>
    public string? PathOf(string name) => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _transfers.Dispose();
        _client.Dispose();
    }

    private async Task<T> AskAsync<T>(Func<Task<T>> request)
    {
        try
        {
            return await request();
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw new IOException(
                $"The archive's bucket '{_bucket}' cannot be used: {exception.Message} See {QueryArchiveOptions.Section}.", exception);
        }
    }
}
