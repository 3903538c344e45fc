namespace Progeny.Core.Datasets.Rows;

/// <summary>How appended rows become versions, from the configuration section <c>Datasets:Append</c>.</summary>
public sealed class AppendOptions
{
    /// <summary>The section.</summary>
    public const string Section = "Datasets:Append";

    /// <summary>How long rows may wait until they are in a version.</summary>
    public TimeSpan SegmentTime { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The bytes of JSON from which on rows wait no longer; about that many are in a version.</summary>
    public long SegmentBytes { get; set; } = 32 << 20;

    /// <summary>How long the id of a batch is known: a batch that is sent again later is another.</summary>
    public TimeSpan BatchIdTime { get; set; } = TimeSpan.FromDays(30);
}
