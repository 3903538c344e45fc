using Microsoft.Extensions.Options;

namespace Progeny.Storage.QueryLog.Archive;

internal sealed class QueryArchiveOptionsValidator : IValidateOptions<QueryArchiveOptions>
{
    private const string Section = QueryArchiveOptions.Section;

    public ValidateOptionsResult Validate(string? name, QueryArchiveOptions options)
    {
        var errors = Check(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Check(QueryArchiveOptions options)
    {
        if (!string.IsNullOrWhiteSpace(options.Folder) && !string.IsNullOrWhiteSpace(options.Bucket))
            yield return $"{Section}:Folder and {Section}:Bucket are both set; set one of them.";
        if (options.Folder is { Length: > 0 } folder && !Path.IsPathFullyQualified(folder))
            yield return $"{Section}:Folder is '{folder}'; it must be an absolute path, in a cluster of a folder that all nodes share.";
        if (options.Prefix.StartsWith('/') || options.Prefix.EndsWith('/') || options.Prefix.Contains("//", StringComparison.Ordinal))
            yield return $"{Section}:Prefix is '{options.Prefix}'; it must begin and end without a slash, e.g. team/queries.";
        if (options.Bucket is { Length: > 0 } && string.IsNullOrWhiteSpace(options.Endpoint) && string.IsNullOrWhiteSpace(options.Region))
            yield return $"{Section}:Region is missing; it must be the bucket's region, e.g. eu-central-1, or {Section}:Endpoint the "
                + "address of an S3 service.";
        if (string.IsNullOrEmpty(options.AccessKey) != string.IsNullOrEmpty(options.SecretKey))
            yield return $"{Section}:AccessKey and {Section}:SecretKey must be set both, or neither.";
        if (options.Delay < TimeSpan.Zero)
            yield return $"{Section}:Delay is {options.Delay:c}; it must be a time of at least 00:00:00.";
        if (options.Interval < TimeSpan.FromSeconds(1) || options.Interval > TimeSpan.FromDays(1))
            yield return $"{Section}:Interval is {options.Interval:c}; it must be a time from 00:00:01 to a day.";
    }
}
