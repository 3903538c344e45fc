using Microsoft.Data.Sqlite;

namespace Progeny.Storage;

/// <summary>A step that takes a database from one version of its schema to the next. Steps are never changed, only added.</summary>
/// <param name="Script">The SQL of the step.</param>
/// <param name="Convert">What SQL alone cannot do, after the script and in the same transaction; null: nothing.</param>
internal sealed record SqliteMigration(string Script, Action<SqliteConnection>? Convert = null);
