using Microsoft.Extensions.Options;

namespace Progeny.Storage.Releases;

internal sealed class ArtifactsOptionsValidator : IValidateOptions<ArtifactsOptions>
{
    private const long MinCacheBytes = 1 << 20;
    private const int MinBucketLength = 3;
    private const int MaxBucketLength = 63;

    public ValidateOptionsResult Validate(string? name, ArtifactsOptions options)
    {
        var errors = options.Store switch
        {
            ArtifactsOptions.Database => [],
            ArtifactsOptions.SharedFolder => CheckFolder(options.Folder),
            ArtifactsOptions.S3 => CheckBucket(options),
            _ =>
            [
                $"Artifacts:Store is '{options.Store}'; it must be {ArtifactsOptions.Database}, {ArtifactsOptions.SharedFolder} or "
                    + $"{ArtifactsOptions.S3}.",
            ],
        };
        if (options.CacheBytes < MinCacheBytes)
        {
            errors = errors.Append(
                $"Artifacts:CacheBytes is {options.CacheBytes}; it must be {MinCacheBytes} (1 MiB) or more, the bytes of artifacts that a "
                    + "node keeps in its cache.");
        }

        var all = errors.ToList();
        return all.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(all);
    }

    // A folder that is missing is not created: it would be a folder of this machine where a mount point should be.
    private static IEnumerable<string> CheckFolder(string? folder)
    {
        if (string.IsNullOrWhiteSpace(folder))
            yield return "Artifacts:Folder is missing; it must be the absolute path of a folder that all nodes share, e.g. /mnt/progeny.";
        else if (!Path.IsPathFullyQualified(folder))
            yield return $"Artifacts:Folder is '{folder}'; it must be an absolute path, of a folder that all nodes share, e.g. "
                + "/mnt/progeny.";
        else if (!Directory.Exists(folder))
            yield return $"Artifacts:Folder is '{folder}', which is no folder here; mount or create it first, the same on all nodes.";
    }

    private static IEnumerable<string> CheckBucket(ArtifactsOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Bucket))
            yield return "Artifacts:Bucket is missing; with Artifacts:Store=s3 it must be the name of a bucket, e.g. progeny-artifacts.";
        else if (!IsBucket(options.Bucket))
        {
            yield return $"Artifacts:Bucket is '{options.Bucket}'; it must be the name of a bucket: "
                + $"{MinBucketLength} to {MaxBucketLength} lower-case letters, digits, dots and hyphens.";
        }

        if (options.Prefix.StartsWith('/') || options.Prefix.EndsWith('/') || options.Prefix.Contains("//", StringComparison.Ordinal))
            yield return $"Artifacts:Prefix is '{options.Prefix}'; it must begin and end without a slash, e.g. team/progeny.";
        if (options.Endpoint is { Length: > 0 } endpoint && !IsService(endpoint))
            yield return $"Artifacts:Endpoint is '{endpoint}'; it must be the address of an S3 service, e.g. https://s3.example.com.";
        if (string.IsNullOrWhiteSpace(options.Endpoint) && string.IsNullOrWhiteSpace(options.Region))
            yield return "Artifacts:Region is missing; it must be the bucket's region, e.g. eu-central-1, or Artifacts:Endpoint the "
                + "address of an S3 service.";
        if (string.IsNullOrEmpty(options.AccessKey) != string.IsNullOrEmpty(options.SecretKey))
        {
            var (there, missing) = string.IsNullOrEmpty(options.SecretKey) ? ("AccessKey", "SecretKey") : ("SecretKey", "AccessKey");
            yield return $"Artifacts:{missing} is missing, and Artifacts:{there} is set; "
                + "set both, or neither for the credentials that the AWS SDK finds itself.";
        }
    }

    private static bool IsBucket(string name) =>
        name.Length is >= MinBucketLength and <= MaxBucketLength
        && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-');

    private static bool IsService(string endpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", Query: "", UserInfo: "" };
}
