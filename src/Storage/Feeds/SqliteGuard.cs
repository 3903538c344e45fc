using Microsoft.Data.Sqlite;
using Progeny.Core.Feeds;
using Progeny.Storage.Common;

namespace Progeny.Storage.Feeds;

/// <summary>Turns what SQLite and the reading of a query can throw into <see cref="FeedException"/>.</summary>
internal static class SqliteGuard
{
    public static T Run<T>(string feed, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (FormatException e)
        {
            throw new FeedException(feed, e.Message, e);
        }
        catch (SqliteException e)
        {
            throw new FeedException(feed, Reason(e), e);
        }
        catch (InvalidOperationException e)
        {
            // Parameters of other notations (?, @name, $name) that nothing binds.
            throw new FeedException(feed, $"{e.Message} Parameters are written :name.", e);
        }
    }

    // The driver wraps SQLite's own words: SQLite Error 1: 'no such table: x'.
    private static string Reason(SqliteException e)
    {
        var start = e.Message.IndexOf('\'', StringComparison.Ordinal);
        var end = e.Message.LastIndexOf('\'');
        if (start < 0 || end <= start)
            return e.Message;
        var message = SqliteFunctions.Explain(e.Message[(start + 1)..end]);
        return $"SQLite says: {message}{(message.EndsWith('?') ? "" : ".")}";
    }
}
