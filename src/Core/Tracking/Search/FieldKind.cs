namespace Progeny.Core.Tracking.Search;

/// <summary>What a condition of a filter is about.</summary>
public enum FieldKind
{
    /// <summary>A member of the thing itself, such as its name.</summary>
    Attribute,

    /// <summary>The newest value of a metric.</summary>
    Metric,

    /// <summary>A parameter.</summary>
    Param,

    /// <summary>A tag.</summary>
    Tag,

    /// <summary>A dataset that is an input of a run.</summary>
    Dataset,

    /// <summary>Metadata of a trace.</summary>
    Metadata,
}
