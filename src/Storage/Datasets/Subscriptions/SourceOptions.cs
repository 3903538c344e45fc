using Microsoft.Extensions.Options;

namespace Progeny.Storage.Datasets.Subscriptions;

/// <summary>The places from which datasets may take files, from the configuration section <c>Datasets</c>.</summary>
public sealed class SourceOptions
{
    /// <summary>Folders by name, whole paths: <c>Datasets:Folders:&lt;name&gt;</c>.</summary>
    public Dictionary<string, string> Folders { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Buckets by name: <c>Datasets:Buckets:&lt;name&gt;</c>.</summary>
    public Dictionary<string, BucketOptions> Buckets { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Checks the settings.</summary>
    internal sealed class Validator : IValidateOptions<SourceOptions>
    {
        public ValidateOptionsResult Validate(string? name, SourceOptions options)
        {
            List<string> failures = [];
            failures.AddRange(options.Folders.Where(folder => !Path.IsPathFullyQualified(folder.Value)).Select(folder =>
                $"Datasets:Folders:{folder.Key} is '{folder.Value}'; it must be the whole path of a folder."));
            failures.AddRange(options.Buckets.Where(bucket => string.IsNullOrWhiteSpace(bucket.Value.Bucket)).Select(bucket =>
                $"Datasets:Buckets:{bucket.Key}:Bucket is missing; it must be the name of a bucket."));
            failures.AddRange(options.Buckets
                .Where(bucket => string.IsNullOrWhiteSpace(bucket.Value.Endpoint) && string.IsNullOrWhiteSpace(bucket.Value.Region))
                .Select(bucket => $"Datasets:Buckets:{bucket.Key} needs Region, or the Endpoint of an S3 service."));
            failures.AddRange(options.Buckets
                .Where(bucket => string.IsNullOrEmpty(bucket.Value.AccessKey) != string.IsNullOrEmpty(bucket.Value.SecretKey))
                .Select(bucket => $"Datasets:Buckets:{bucket.Key} needs both AccessKey and SecretKey, or none of them."));
            return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
        }
    }
}
