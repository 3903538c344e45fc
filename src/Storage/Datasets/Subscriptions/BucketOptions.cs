namespace Progeny.Storage.Datasets.Subscriptions;

/// <summary>One bucket from which datasets may take objects, from <c>Datasets:Buckets:&lt;name&gt;</c>.</summary>
public sealed class BucketOptions
{
    /// <summary>The name of the bucket.</summary>
    public string? Bucket { get; set; }

    /// <summary>What the keys of all objects that may be taken begin with.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>
    /// The address of an S3 service, with the bucket in the path of its addresses; null: Amazon's own in <see cref="Region"/>.
    /// </summary>
    public string? Endpoint { get; set; }

    /// <summary>The region, such as <c>eu-central-1</c>.</summary>
    public string? Region { get; set; }

    /// <summary>The access key; null: what the AWS SDK finds.</summary>
    public string? AccessKey { get; set; }

    /// <summary>The secret of <see cref="AccessKey"/>.</summary>
    public string? SecretKey { get; set; }
}
