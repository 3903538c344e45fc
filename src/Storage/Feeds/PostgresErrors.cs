using System.Globalization;
using Npgsql;
using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

/// <summary>Turns what PostgreSQL, its driver and the reading of a query can throw into <see cref="FeedException"/>.</summary>
internal static class PostgresErrors
{
    public static bool IsOfFeed(Exception e) => e is NpgsqlException or TimeoutException or FormatException or InvalidCastException
        or OverflowException or NotSupportedException or ArgumentException;

    public static Exception Translate(string feed, Exception e, CancellationToken cancellationToken) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } when cancellationToken.IsCancellationRequested =>
            new OperationCanceledException("The query was interrupted.", e, cancellationToken),
        // These name hosts, roles and databases.
        PostgresException { SqlState: ['2', '8', ..] or ['3', 'D', ..] or ['0', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..] } =>
            Unreachable(feed, e),
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } =>
            new FeedException(feed, "The query took too long, and the database ended it.", e),
        PostgresException postgres => new FeedException(feed, $"PostgreSQL says: {postgres.MessageText}{Position(postgres)}.", e),
        NpgsqlException { InnerException: TimeoutException } or TimeoutException =>
            new FeedException(feed, "It did not answer in time.", e),
        NpgsqlException => Unreachable(feed, e),
        FormatException => new FeedException(feed, e.Message, e),
        _ => new FeedException(feed, $"A value cannot be carried over: {e.Message}", e),
    };

    private static FeedException Unreachable(string feed, Exception e) => new(feed, "It cannot be reached; the node's log says why.", e);

    private static string Position(PostgresException e) =>
        e.Position > 0 ? string.Create(CultureInfo.InvariantCulture, $" (at character {e.Position} of the query)") : "";
}
