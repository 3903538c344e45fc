using System.Text.Json;

namespace Progeny.Core.Datasets.Contracts;

/// <summary>Reads the rules of a column.</summary>
internal static class ColumnReader
{
    private static readonly string[] _known =
    [
        "type", "format", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
        "maxLength", "pattern", "title", "description", "examples", "default", "deprecated", "$comment",
    ];

    private static readonly string[] _ofNumbers = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
    private static readonly string[] _ofTexts = ["minLength", "maxLength", "pattern", "format"];
    private const string Types = "string, integer, number, boolean, array, object, or a list of one of them and null";

    public static ColumnRules? Read(string name, ContractNode node, bool isRequired)
    {
        if (name.Length == 0)
            node.Fail("has no name");
        if (!node.IsObject("an object with the rules of the column"))
            return null;
        node.Refuse("the rules of a column", _known);
        var (type, isNullable) = ReadType(node);
        RefuseForeign(node, type);
        var rules = new ColumnRules
        {
            Name = name,
            Type = type,
            IsRequired = isRequired && !isNullable,
            Format = ReadFormat(node),
            Values = ReadValues(node, type),
            Minimum = node.Find("minimum")?.Number(),
            Maximum = node.Find("maximum")?.Number(),
            ExclusiveMinimum = node.Find("exclusiveMinimum")?.Number(),
            ExclusiveMaximum = node.Find("exclusiveMaximum")?.Number(),
            MultipleOf = node.Find("multipleOf")?.Number(),
            MinLength = node.Find("minLength")?.Count(0),
            MaxLength = node.Find("maxLength")?.Count(0),
            Pattern = node.Find("pattern")?.Text(),
        };
        if (rules.MultipleOf is { Value: <= 0 })
            node.Find("multipleOf")!.Fail($"is {rules.MultipleOf}; a number above 0 would be right");
        if (rules.Minimum?.Value > rules.Maximum?.Value)
            node.Fail($"has a minimum of {rules.Minimum} above its maximum of {rules.Maximum}, so no value would be right");
        if (rules.MinLength > rules.MaxLength)
            node.Fail($"has a minLength of {rules.MinLength} above its maxLength of {rules.MaxLength}, so no text would be right");
        return rules;
    }

    private static (ContractType? Type, bool IsNullable) ReadType(ContractNode node)
    {
        if (node.Find("type") is not { } found)
            return (null, false);
        var words = found.Element.ValueKind == JsonValueKind.Array ? found.Texts("types") : found.Text() is { } word ? [word] : null;
        if (words is null)
            return (null, false);
        var types = words.Where(word => word != "null").ToList();
        if (types is [var only] && only == only.ToLowerInvariant() && Enum.TryParse<ContractType>(only, ignoreCase: true, out var type)
            && !char.IsDigit(only[0]))
            return (type, words.Count > types.Count);
        found.Fail($"is {found.Describe()}; {Types} would be right");
        return (null, false);
    }

    private static void RefuseForeign(ContractNode node, ContractType? type)
    {
        foreach (var (name, member) in node.Members())
        {
            if (_ofNumbers.Contains(name) && type is not (ContractType.Integer or ContractType.Number))
                member.Fail("is for numbers; it needs type integer or number beside it");
            else if (_ofTexts.Contains(name) && type is not ContractType.String)
                member.Fail("is for texts; it needs type string beside it");
            else if (name is "enum" or "const" && type is null or ContractType.Array or ContractType.Object)
                member.Fail("needs type string, integer, number or boolean beside it");
        }
    }

    private static ContractFormat ReadFormat(ContractNode node)
    {
        if (node.Find("format") is not { } found || found.Text() is not { } text)
            return ContractFormat.None;
        switch (text)
        {
            case "date": return ContractFormat.Date;
            case "date-time": return ContractFormat.DateTime;
            case "uuid": return ContractFormat.Uuid;
            default:
                found.Fail($"is '{text}'; date, date-time or uuid would be right, or a pattern");
                return ContractFormat.None;
        }
    }

    private static List<string>? ReadValues(ContractNode node, ContractType? type)
    {
        List<ContractNode>? nodes = null;
        if (node.Find("const") is { } single)
            nodes = [single];
        if (node.Find("enum") is { } several)
        {
            if (nodes is not null)
                several.Fail("stands beside const; one of them would be right");
            if (several.Element.ValueKind != JsonValueKind.Array || several.Element.GetArrayLength() == 0)
            {
                several.Fail($"is {several.Describe()}; a list of at least one value would be right");
                return null;
            }

            nodes = [.. several.Items().Where(item => item.Element.ValueKind != JsonValueKind.Null)];
        }

        if (nodes is null || type is null)
            return null;
        var values = new List<string>();
        foreach (var value in nodes)
        {
            var isRight = value.Element.ValueKind switch
            {
                JsonValueKind.String => type is ContractType.String,
                JsonValueKind.Number => type is ContractType.Number or ContractType.Integer,
                JsonValueKind.True or JsonValueKind.False => type is ContractType.Boolean,
                _ => false,
            };
            if (isRight)
                values.Add(value.Element.ValueKind == JsonValueKind.String ? value.Element.GetString()! : value.Element.GetRawText());
            else
                value.Fail($"is {value.Describe()}, which is no {type.ToString()!.ToLowerInvariant()}");
        }

        return values;
    }
}
