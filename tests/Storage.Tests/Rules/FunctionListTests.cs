using Microsoft.Data.Sqlite;
using Progeny.Core.Expressions;
using Progeny.Storage.Expressions;

namespace Progeny.Storage.Tests.Rules;

/// <summary>
/// Every function that this SQLite has is allowed to the SQL of projects or refused, and here is which. One that a new version brings is
/// refused and fails this test, until somebody has decided.
/// </summary>
public sealed class FunctionListTests
{
    private static readonly string[] Refused =
    [
        // They tell of the connection or the process, or write to its log.
        "changes", "total_changes", "last_insert_rowid", "sqlite_compileoption_get", "sqlite_compileoption_used", "sqlite_log", "sqlite_source_id",
        "sqlite_version", "sqlite_offset", "subtype", "load_extension", "sqlite_rename_column", "sqlite_rename_table", "sqlite_rename_test",
        "sqlite_rename_quotefix", "sqlite_drop_column", "sqlite_fail", "sqlite_add_constraint", "sqlite_drop_constraint", "sqlite_find_constraint",

        // Another value each time, or a large one from a number.
        "random", "randomblob", "zeroblob",

        // Time or memory that the length of values does not bound.
        "json_patch", "json_pretty", "unhex", "unistr", "unistr_quote",

        // For the planner, of no use to a rule.
        "likelihood", "likely", "unlikely", "match", "regexp",

        // For values that no query yields.
        "jsonb", "jsonb_array", "jsonb_extract", "jsonb_group_array", "jsonb_group_object", "jsonb_insert", "jsonb_object", "jsonb_patch", "jsonb_remove",
        "jsonb_replace", "jsonb_set", "jsonb_each", "jsonb_tree", "json_array_insert", "jsonb_array_insert",

        // Extensions: full text, R-trees, polygons, statistics.
        "fts3_tokenizer", "fts5", "fts5_source_id", "fts5_locale", "fts5_get_locale", "fts5_insttoken", "fts5_decode", "fts5_decode_none", "fts5_expr", "fts5_expr_tcl", "fts5_isalnum",
        "fts5_fold", "fts5_rowid", "matchinfo", "offsets", "optimize", "snippet", "bm25", "highlight", "rtreecheck", "rtreedepth", "rtreenode",
        "geopoly_area", "geopoly_bbox", "geopoly_blob", "geopoly_ccw", "geopoly_contains_point", "geopoly_debug", "geopoly_group_bbox",
        "geopoly_json", "geopoly_overlap", "geopoly_regular", "geopoly_svg", "geopoly_within", "geopoly_xform", "stat_get", "stat_init", "stat_push",
        "median", "percentile", "percentile_cont", "percentile_disc", "soundex",
    ];

    [Fact]
    public void Every_function_of_this_sqlite_is_allowed_or_refused_as_listed()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT DISTINCT name FROM pragma_function_list ORDER BY name";
        var names = new List<string>();
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
                names.Add(reader.GetString(0));
        }

        var allowed = AllowedInDocs();
        names.Count.ShouldBeGreaterThan(100);
        names.Where(name => !Refused.Contains(name) && !allowed.Contains(name)).ShouldBeEmpty("nobody has decided on them");
        Refused.Intersect(allowed).ShouldBeEmpty();
        foreach (var name in names.Where(name => char.IsAsciiLetter(name[0])))
            IsRefused(name).ShouldBe(Refused.Contains(name), name);
    }

    /// <summary>Whether the authorizer refuses a function, whatever it says of its arguments.</summary>
    private static bool IsRefused(string function)
    {
        for (var count = 0; count <= 4; count++)
        {
            foreach (var over in (string[])["", " OVER ()"])
            {
                var sql = $"{function}({string.Join(", ", Enumerable.Repeat("1", count))}){over}";
                var error = new SqliteExpressionEngine().Check([new Expression(sql, [])])[0]?.Message ?? "";
                if (error.Contains("not authorized", StringComparison.Ordinal))
                    return true;
                if (error.Length == 0)
                    return false;
            }
        }

        // Written without brackets (current_date), or as a word of its own (MATCH).
        return new SqliteExpressionEngine().Check([new Expression(function, [])])[0] is not null;
    }

    /// <summary>The functions that docs/rules.md lists.</summary>
    private static HashSet<string> AllowedInDocs()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "docs", "rules.md")))
            folder = Path.GetDirectoryName(folder)!;
        var lines = File.ReadAllLines(Path.Combine(folder, "docs", "rules.md"));
        return [.. lines.SkipWhile(line => !line.StartsWith("| | functions", StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith('|'))
            .SelectMany(line => line.Split('`').Where((_, at) => at % 2 == 1))];
    }
}
