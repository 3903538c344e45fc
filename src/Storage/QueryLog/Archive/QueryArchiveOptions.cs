namespace Progeny.Storage.QueryLog.Archive;

/// <summary>
/// Where finished days of the query log are archived, configuration section <c>QueryLog:Archive</c>; without folder and bucket nowhere.
/// </summary>
public sealed class QueryArchiveOptions
{
    /// <summary>The section.</summary>
    public const string Section = "QueryLog:Archive";

    /// <summary>A folder, by its absolute path; in a cluster one that all nodes share.</summary>
    public string? Folder { get; set; }

    /// <summary>The name of a bucket of an S3 service.</summary>
    public string? Bucket { get; set; }

    /// <summary>What the names of all objects in the bucket begin with, such as <c>team/queries</c>.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>The address of an S3 service; null: Amazon's own in <see cref="Region"/>.</summary>
    public string? Endpoint { get; set; }

    /// <summary>The bucket's region, such as <c>eu-central-1</c>.</summary>
    public string? Region { get; set; }

    /// <summary>The access key; null: what the AWS SDK finds.</summary>
    public string? AccessKey { get; set; }

    /// <summary>The secret of <see cref="AccessKey"/>.</summary>
    public string? SecretKey { get; set; }

    /// <summary>
    /// How long after its end a day is archived; null: as late as the log's retention allows, so that outcomes have the most time to come.
    /// </summary>
    public TimeSpan? Delay { get; set; }

    /// <summary>How often is looked for days that are due.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether there is an archive.</summary>
    public bool IsOn => !string.IsNullOrWhiteSpace(Folder) || !string.IsNullOrWhiteSpace(Bucket);
}
