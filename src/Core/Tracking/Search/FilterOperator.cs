namespace Progeny.Core.Tracking.Search;

/// <summary>The comparison of a condition.</summary>
public enum FilterOperator
{
    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>LIKE</c>, with upper and lower case.</summary>
    Like,

    /// <summary><c>ILIKE</c>, without.</summary>
    ILike,

    /// <summary><c>IN</c> a list.</summary>
    In,

    /// <summary><c>NOT IN</c> a list.</summary>
    NotIn,

    /// <summary><c>IS NULL</c>: absent.</summary>
    IsNull,

    /// <summary><c>IS NOT NULL</c>: present.</summary>
    IsNotNull,
}
