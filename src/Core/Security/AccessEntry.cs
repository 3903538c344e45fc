namespace Progeny.Core.Security;

/// <summary>A role or a grant (<see cref="AccessNames"/>), for one project or for all: <c>developer:flights</c>, <c>viewer:*</c>.</summary>
/// <param name="Name">The role or the grant.</param>
/// <param name="Project">The project; <see cref="AllProjects"/>: all, and what belongs to no project.</param>
public sealed record AccessEntry(string Name, string Project)
{
    /// <summary>The <see cref="Project"/> that stands for all.</summary>
    public const string AllProjects = "*";

    /// <summary>What it permits.</summary>
    public Permissions Permissions { get; } = AccessNames.Find(Name) ?? Permissions.None;

    /// <summary>Whether it is for all projects.</summary>
    public bool IsForAll => Project == AllProjects;

    /// <summary>Reads an entry; one without a project is for all.</summary>
    /// <returns>The entry, or null and what is wrong with the text.</returns>
    public static (AccessEntry? Entry, string? Problem) Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (name, project) = colon < 0 ? (text, AllProjects) : (text[..colon], text[(colon + 1)..]);
        if (AccessNames.Find(name) is null)
            return (null, $"'{name}' is no role and no grant; the roles are {Join(AccessNames.Roles.Keys)}, the grants "
                + $"{Join(AccessNames.Grants.Keys)}.");
        return project.Length == 0
            ? (null, $"'{text}' names no project; '{name}:flights' is for one, '{name}:{AllProjects}' for all.")
            : (new AccessEntry(name, project), null);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}:{Project}";

    private static string Join(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));
}
