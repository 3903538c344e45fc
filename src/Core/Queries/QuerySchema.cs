using System.Collections.Concurrent;
using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Core.Queries;

/// <summary>The fields that a query by rows may carry: the features, and what else the manifest reads of it.</summary>
public sealed class QuerySchema
{
    private const int MaxKept = 256;
    private const int MaxRowsKept = 1_024;

    private readonly ConcurrentQueue<QueryRows> spare = new();

    /// <param name="limits">What a query may carry; null: what is usual.</param>
    public QuerySchema(Manifest manifest, QueryLimits? limits = null)
    {
        Limits = limits ?? QueryLimits.Default;
        Features = manifest.Features;
        Entity = manifest.Entity;
        Redacted = manifest.Serving.Redact.ToHashSet(StringComparer.Ordinal);
        var known = Features.Select(feature => feature.Name).ToHashSet(StringComparer.Ordinal);
        IEnumerable<string> read = manifest.Augment.SelectMany(augment => augment.Parameters);
        read = read.Concat(manifest.Rules.SelectMany(rule => rule.Expressions).SelectMany(SqlParameters.Names));
        if (Entity is not null)
            read = read.Prepend(Entity);
        Extras = [.. read.Where(name => !known.Contains(name)).Distinct(StringComparer.Ordinal)];
        Names = new FieldNames(Fields);
    }

    public IReadOnlyList<Feature> Features { get; }

    /// <summary>The fields whose values no message may quote.</summary>
    public IReadOnlySet<string> Redacted { get; }

    /// <summary>What a query may carry at most.</summary>
    public QueryLimits Limits { get; }

    /// <summary>Fields that are no features: the entity, and the parameters (<c>:name</c>) of augmentations and rules.</summary>
    public IReadOnlyList<string> Extras { get; }

    /// <summary>The field that names the entity; null: none.</summary>
    public string? Entity { get; }

    /// <summary>All fields, features first, for messages.</summary>
    public IEnumerable<string> Fields => Features.Select(feature => feature.Name).Concat(Extras);

    /// <summary>The names of <see cref="Fields"/>, at their indices.</summary>
    public FieldNames Names { get; }

    /// <summary>The name of the field at an index of <see cref="Fields"/>.</summary>
    public string NameOf(int field) => field < Features.Count ? Features[field].Name : Extras[field - Features.Count];

    /// <summary>The end of a message about a field that there is none of: what may have been meant, and which there are.</summary>
    internal string Among(string name, string what = "fields") => Suggestion.Among(name, [.. Fields], what);

    /// <summary>Empty rows, to be disposed after use: their memory serves one query after another.</summary>
    public QueryRows Rent() => spare.TryDequeue(out var rows) ? rows : new QueryRows(this);

    internal void GiveBack(QueryRows rows, int held)
    {
        if (held <= MaxRowsKept && spare.Count < MaxKept)
            spare.Enqueue(rows);
    }

    /// <summary>The index among <see cref="Fields"/> of a name, or -1.</summary>
    public int IndexOf(string name) => Names.IndexOf(name);
}
