namespace Progeny.Storage.Tracking.Search;

/// <summary>A table of named values of things, such as tags of runs.</summary>
/// <param name="Name">The table.</param>
/// <param name="Owner">Its columns that name the thing, joined to the thing's own: <c>{0}</c> stands for the table's alias.</param>
/// <param name="HasKeyNumbers">Whether the names are numbers of <c>tracking_keys</c>.</param>
/// <param name="IsUnique">Whether a thing has one value of a name at most.</param>
internal sealed record SideTable(string Name, string Owner, bool HasKeyNumbers = false, bool IsUnique = true)
{
    /// <summary>The condition that a row is of the thing and the name.</summary>
    public string Match(string alias, string parameter) => string.Format(System.Globalization.CultureInfo.InvariantCulture, Owner, alias)
        + $" AND {alias}.key = {Key(parameter)}";

    /// <summary>The value of the column <c>key</c> for a name.</summary>
    public string Key(string parameter) => HasKeyNumbers ? $"(SELECT id FROM tracking_keys WHERE name = :{parameter})" : $":{parameter}";
}
