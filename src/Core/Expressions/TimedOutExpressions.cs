using System.Collections.Concurrent;

namespace Progeny.Core.Expressions;

/// <summary>
/// The expressions of a set that took too long a short while ago. They are not computed again at once, so that they take a small share of
/// the time however often their values are asked for.
/// </summary>
internal sealed class TimedOutExpressions
{
    private const int RememberedMilliseconds = 30_000;

    private readonly ConcurrentDictionary<int, (long Until, string Message)> known = [];

    /// <summary>Computes an expression, or fails as it did last.</summary>
    /// <exception cref="ExpressionException">See <see cref="IExpressionSession.Evaluate"/>.</exception>
    public SqlValue Evaluate(IExpressionSession session, int expression, IExpressionRow row)
    {
        if (known.TryGetValue(expression, out var last) && Environment.TickCount64 < last.Until)
            throw new ExpressionException(last.Message) { IsTimeout = true };
        try
        {
            return session.Evaluate(expression, row);
        }
        catch (ExpressionException exception) when (exception.IsTimeout)
        {
            known[expression] = (Environment.TickCount64 + RememberedMilliseconds, exception.Message);
            throw;
        }
    }
}
