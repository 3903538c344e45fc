using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Progeny.Core.Common;
using Progeny.Storage.Common;
using SQLitePCL;

namespace Progeny.Storage.Feeds;

/// <summary>One open connection to a feed for one query: it can only read, and it stops when it is told to.</summary>
/// <remarks>
/// The file is opened read-only; beyond that an authorizer lets SQLite compile nothing but reading and computing with the functions of
/// <see cref="SqliteFunctions"/>, so that ATTACH, PRAGMA, transactions and temporary tables are refused too.
/// </remarks>
internal sealed class SqliteSession : IDisposable
{
    // Virtual machine steps between two checks of the token: some milliseconds, so that it costs nothing.
    private const int StepsBetweenChecks = 50_000;

    /// <summary>The longest value and row, in bytes.</summary>
    public const int LongestValue = 1 << 20;

    private const int LongestPattern = 256;
    private const int MaxInstructions = 250_000;
    private const int MaxArguments = 127;

    private static readonly HashSet<string> SchemaTables = new(StringComparer.OrdinalIgnoreCase) { "sqlite_schema", "sqlite_master" };

    // The driver keeps handles for reuse; each is set up once, and its functions then ask the session that uses it now.
    private static readonly ConditionalWeakTable<sqlite3, User> Users = [];

    /// <summary>The function that makes of a time as text a number which orders by its instant; NULL of anything else.</summary>
    public const string InstantFunction = "progeny_instant";

    /// <summary>The function that makes of a value its text (<see cref="ValueText"/>); NULL of NULL.</summary>
    public const string TextFunction = "progeny_text";

    private readonly SqliteConnection connection;
    private readonly TemporaryFileMeter spilled = new();
    private readonly long maxSpilled;
    private CancellationToken watched;
    private string? denied;
    private string hint = "";
    private string? stopped;

    /// <param name="maxSpilled">The most bytes that its queries may write to temporary files.</param>
    public SqliteSession(string connectionString, long maxSpilled)
    {
        this.maxSpilled = maxSpilled;
        connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            var database = connection.Handle!;
            Users.GetValue(database, SetUp).Session = this;
            raw.sqlite3_set_authorizer(database, Authorize, null);
            raw.sqlite3_progress_handler(database, StepsBetweenChecks, _ => MustStop() ? 1 : 0, null);
            connection.CreateFunction<object?, long?>(
                InstantFunction,
                value => value is string text && IsoTime.TryParse(text, out var time) ? time.UtcTicks : null,
                isDeterministic: true);
            connection.CreateFunction<object?, string?>(
                TextFunction, value => value is string or long or double ? ValueText.Of(value) : null, isDeterministic: true);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Until the result is disposed, cancelling the token stops the statement that runs.</summary>
    public CancellationTokenRegistration Watch(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        watched = cancellationToken;
        spilled.Start();
        // The handler above stops whatever computes; the interrupt also stops a single long step such as a sort.
        return cancellationToken.Register(() => raw.sqlite3_interrupt(connection.Handle!));
    }

    public SqliteCommand CreateCommand(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    /// <summary>What an exception out of this session means to the caller.</summary>
    public Exception Translate(SqliteException e)
    {
        if (e.SqliteErrorCode == raw.SQLITE_INTERRUPT && watched.IsCancellationRequested)
            return new OperationCanceledException("The query was interrupted.", e, watched);
        if (e.SqliteErrorCode == raw.SQLITE_INTERRUPT && stopped is not null)
            return new FormatException(stopped, e);
        if (e.SqliteErrorCode == raw.SQLITE_TOOBIG)
            return new FormatException($"A value, row or statement is too long: at most {LongestValue} bytes are allowed.", e);
        return denied is null ? e : new FormatException($"The query uses {denied}, which is not allowed{hint}", e);
    }

    public void Dispose()
    {
        if (connection.Handle is { } handle)
        {
            // The handle goes back to the pool and must not keep this query's token.
            if (Users.TryGetValue(handle, out var user))
                user.Session = null;
            raw.sqlite3_progress_handler(handle, 0, null, null);
            raw.sqlite3_set_authorizer(handle, (strdelegate_authorizer?)null, null);
        }

        connection.Dispose();
    }

    private static User SetUp(sqlite3 database)
    {
        var user = new User();
        SqliteSandbox.Configure(database, LongestValue, LongestPattern, MaxInstructions, MaxArguments, views: true);
        SqliteTextFunctions.Register(database, () => user.Session?.MustStop() ?? false);
        return user;
    }

    private bool MustStop()
    {
        if (watched.IsCancellationRequested)
            return true;
        if (spilled.Read() <= maxSpilled)
            return false;
        stopped = string.Create(
            CultureInfo.InvariantCulture,
            $"The query wrote more than {maxSpilled >> 20} MiB to temporary files; sort, group or join fewer rows.");
        return true;
    }

    private int Authorize(object userData, int action, string first, string second, string database, string inner)
    {
        if (action is raw.SQLITE_SELECT or raw.SQLITE_RECURSIVE)
            return raw.SQLITE_OK;
        if (action == raw.SQLITE_READ && (SchemaTables.Contains(first) || !SqliteSandbox.IsInternal(first)))
            return raw.SQLITE_OK;
        if (action == raw.SQLITE_FUNCTION
            && (SqliteFunctions.IsAllowed(second) || SqliteFunctions.Random.Equals(second, StringComparison.OrdinalIgnoreCase)
            || second is InstantFunction or TextFunction))
            return raw.SQLITE_OK;
        hint = action == raw.SQLITE_FUNCTION ? SqliteFunctions.Hint(second) : ": a feed only reads its own tables.";
        denied = action switch
        {
            raw.SQLITE_FUNCTION => second,
            raw.SQLITE_READ => first,
            raw.SQLITE_ATTACH => "ATTACH",
            raw.SQLITE_DETACH => "DETACH",
            raw.SQLITE_PRAGMA => $"PRAGMA {first}",
            raw.SQLITE_TRANSACTION or raw.SQLITE_SAVEPOINT => "a transaction of its own",
            raw.SQLITE_INSERT => $"INSERT into {first}",
            raw.SQLITE_UPDATE => $"UPDATE of {first}",
            raw.SQLITE_DELETE => $"DELETE from {first}",
            _ => "a statement that changes the database",
        };
        return raw.SQLITE_DENY;
    }

    private sealed class User
    {
        public SqliteSession? Session { get; set; }
    }
}
