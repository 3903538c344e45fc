using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Progeny.Storage.Common;

/// <summary>Makes clients of S3 services as all buckets of a node are reached.</summary>
internal static class S3Clients
{
    // What a service without regions expects in a signature.
    private const string AnyRegion = "us-east-1";
    private const int MaxRetries = 3;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    /// <param name="endpoint">The address of a service, with the bucket in the path of its addresses; null: Amazon's own.</param>
    /// <param name="accessKey">The access key; null: what the AWS SDK finds.</param>
    public static AmazonS3Client Create(string? endpoint, string? region, string? accessKey, string? secretKey)
    {
        var config = new AmazonS3Config
        {
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = MaxRetries,
            ConnectTimeout = ConnectTimeout,
        };
        if (string.IsNullOrWhiteSpace(endpoint))
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        else
        {
            config.ServiceURL = endpoint;
            config.ForcePathStyle = true;
            config.AuthenticationRegion = string.IsNullOrWhiteSpace(region) ? AnyRegion : region;
        }

        return string.IsNullOrEmpty(accessKey)
            ? new AmazonS3Client(config)
            : new AmazonS3Client(new BasicAWSCredentials(accessKey, secretKey), config);
    }
}
