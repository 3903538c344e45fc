namespace Progeny.Core.Expressions;

/// <summary>
/// Expressions compiled once. Safe for use by many threads at once; once disposed it still works, but keeps nothing for later.
/// </summary>
public interface IExpressionSet : IDisposable
{
    /// <summary>The places of the columns that an expression uses; none: its value does not depend on the row.</summary>
    IReadOnlyList<int> Columns(int expression);

    /// <summary>A session that nobody else uses until it is disposed. Its time begins now.</summary>
    /// <param name="rows">How many rows it is to compute; they add to the time that all its evaluations have together.</param>
    IExpressionSession Rent(int rows = 1);
}
