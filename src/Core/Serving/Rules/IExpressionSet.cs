namespace Progeny.Core.Serving;

/// <summary>Expressions compiled once. Safe for use by many threads at once; once disposed it still works, but keeps nothing for later.</summary>
public interface IExpressionSet : IDisposable
{
    /// <summary>Whether an expression's value depends on the row.</summary>
    bool UsesColumns(int expression);

    /// <summary>A session that nobody else uses until it is disposed.</summary>
    IExpressionSession Rent();
}
