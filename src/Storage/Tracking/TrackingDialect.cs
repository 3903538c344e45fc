using Progeny.Core.Tracking.Search;

namespace Progeny.Storage.Tracking;

/// <summary>What the SQL of the two databases does not have in common.</summary>
internal abstract class TrackingDialect
{
    /// <summary>A condition that a column has one of many values.</summary>
    /// <param name="column">The column.</param>
    /// <param name="parameter">The name of the parameter, whose value <see cref="List"/> makes.</param>
    public abstract string In(string column, string parameter);

    /// <summary>The value of a parameter for <see cref="In"/>.</summary>
    public abstract object List<T>(IEnumerable<T> values);

    /// <summary>A condition of <see cref="FilterOperator.Like"/> or <see cref="FilterOperator.ILike"/>.</summary>
    /// <param name="column">The column.</param>
    /// <param name="parameter">The name of the parameter, whose value <see cref="Pattern"/> makes.</param>
    /// <param name="operation">Which.</param>
    public abstract string Like(string column, string parameter, FilterOperator operation);

    /// <summary>The value of a parameter for <see cref="Like"/>.</summary>
    public abstract string Pattern(string pattern, FilterOperator operation);

    /// <summary>A condition that a text of a side table is one, which its index finds.</summary>
    public abstract string Indexed(string column, string parameter);
}
