namespace Progeny.Storage.Releases;

/// <summary>
/// Where the members of a cluster keep their artifacts, configuration section <c>Artifacts</c>. A node that stands alone keeps them in its
/// data folder.
/// </summary>
public sealed class ArtifactsOptions
{
    /// <summary>The cluster's database.</summary>
    public const string Database = "database";

    /// <summary>A folder that all nodes share.</summary>
    public const string SharedFolder = "folder";

    /// <summary>A bucket of an S3 service.</summary>
    public const string S3 = "s3";

    /// <summary>The store: <c>database</c>, <c>folder</c> or <c>s3</c>.</summary>
    public string Store { get; set; } = Database;

    /// <summary>The folder that all nodes share, by its absolute path.</summary>
    public string? Folder { get; set; }

    /// <summary>The name of the bucket.</summary>
    public string? Bucket { get; set; }

    /// <summary>What the names of all objects in the bucket begin with, such as <c>team/progeny</c>.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>
    /// The address of an S3 service, with the bucket in the path of its addresses; null: Amazon's own in <see cref="Region"/>.
    /// </summary>
    public string? Endpoint { get; set; }

    /// <summary>The region, such as <c>eu-central-1</c>; a service with an <see cref="Endpoint"/> usually wants none.</summary>
    public string? Region { get; set; }

    /// <summary>The access key; null: what the AWS SDK finds (environment, profile, role of the machine or container).</summary>
    public string? AccessKey { get; set; }

    /// <summary>The secret of <see cref="AccessKey"/>.</summary>
    public string? SecretKey { get; set; }

    /// <summary>The most bytes of artifacts that a node keeps in its cache; what is open for reading stays beyond it.</summary>
    public long CacheBytes { get; set; } = 10L << 30;
}
