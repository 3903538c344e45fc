using System.Text.Json;

namespace Progeny.Core.Datasets.Contracts;

/// <summary>Reads contracts, and refuses what it does not know by its path.</summary>
public static class ContractReader
{
    /// <summary>The greatest contract, in characters.</summary>
    public const int MaxLength = 4 << 20;

    /// <exception cref="ContractException">It is wrong: where and what would be right.</exception>
    public static DatasetContract Read(string json)
    {
        if (json.Length > MaxLength)
            throw new ContractException([new("", $"it has {json.Length} characters, at most {MaxLength} would be right")]);
        var errors = new List<ContractError>();
        DatasetContract? contract = null;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 });
            contract = ReadRoot(new ContractNode(document.RootElement, "", errors));
        }
        catch (JsonException exception)
        {
            errors.Add(new("", $"it is no JSON: {exception.Message}"));
        }

        return errors.Count == 0 ? contract! : throw new ContractException(errors);
    }

    private static DatasetContract? ReadRoot(ContractNode root)
    {
        if (!root.IsObject("a JSON Schema for a row: an object with properties"))
            return null;
        root.Refuse(
            "properties",
            ["$schema", "$id", "$comment", "title", "description", "type", "properties", "required", "additionalProperties", "x-table"]);
        if (root.Find("type")?.Text() is { } type && type != "object")
            root.Find("type")!.Fail($"is '{type}'; a row is of the type object");
        var required = root.Find("required")?.Texts("names of columns") ?? [];
        var columns = new List<ColumnRules>();
        if (root.Find("properties") is { } properties && properties.IsObject("an object whose members are columns"))
        {
            foreach (var member in properties.Members())
            {
                if (ColumnReader.Read(member.Name, member.Node, required.Contains(member.Name)) is { } column)
                    columns.Add(column);
            }
        }

        foreach (var group in columns.GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            root.Find("properties")!.Fail(
                $"has {string.Join(" and ", group.Select(column => $"'{column.Name}'"))}, which SQL takes for one column");
        columns.AddRange(
            required.Except(columns.Select(column => column.Name)).Select(name => new ColumnRules { Name = name, IsRequired = true }));
        return new DatasetContract
        {
            Columns = columns,
            AllowsOtherColumns = root.Find("additionalProperties")?.Flag() ?? true,
            Table = root.Find("x-table") is { } table ? TableReader.Read(table) : new TableRules(),
        };
    }
}
