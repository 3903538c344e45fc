using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Progeny.Core.Security;

/// <summary>What a caller may do with which project.</summary>
public sealed class Access
{
    private readonly Permissions _everywhere;
    private readonly FrozenDictionary<string, Permissions> _projects;

    /// <summary>Makes the access of a list of roles and grants.</summary>
    public Access(ImmutableArray<AccessEntry> entries)
    {
        Entries = entries;
        _everywhere = entries.Where(entry => entry.IsForAll).Aggregate(Permissions.None, (all, entry) => all | entry.Permissions);
        _projects = entries.Where(entry => !entry.IsForAll).GroupBy(entry => entry.Project, StringComparer.Ordinal).ToFrozenDictionary(
            project => project.Key,
            project => project.Aggregate(_everywhere, (all, entry) => all | entry.Permissions),
            StringComparer.Ordinal);
    }

    /// <summary>Access to everything.</summary>
    public static Access Full { get; } = new([new AccessEntry("admin", AccessEntry.AllProjects)]);

    /// <summary>The roles and grants.</summary>
    public ImmutableArray<AccessEntry> Entries { get; }

    /// <summary>Whether something is permitted.</summary>
    /// <param name="permissions">All that is needed.</param>
    /// <param name="project">The project; null: what belongs to no project.</param>
    public bool Allows(Permissions permissions, string? project) => (Of(project) & permissions) == permissions;

    /// <summary>Whether something is permitted for any project.</summary>
    /// <param name="permissions">All that is needed.</param>
    public bool AllowsAnywhere(Permissions permissions) =>
        (_everywhere & permissions) == permissions || _projects.Values.Any(each => (each & permissions) == permissions);

    /// <summary>Whether the caller may know of a project: one that it may not is answered like one that does not exist.</summary>
    public bool Sees(string project) => _everywhere != Permissions.None || _projects.ContainsKey(project);

    private Permissions Of(string? project) =>
        project is not null && _projects.TryGetValue(project, out var permissions) ? permissions : _everywhere;
}
