using System.Text.Json;

namespace Progeny.Core.Datasets.Contracts;

/// <summary>A value in a contract, with its path, for what is said of it.</summary>
internal sealed class ContractNode(JsonElement element, string path, List<ContractError> errors)
{
    public JsonElement Element => element;

    public void Fail(string problem) => errors.Add(new(path, problem));

    public bool IsObject(string right)
    {
        if (element.ValueKind == JsonValueKind.Object)
            return true;
        Fail($"is {Describe()}; {right} would be right");
        return false;
    }

    public ContractNode? Find(string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var found)
        ? new(found, Join(name), errors)
        : null;

    public IEnumerable<(string Name, ContractNode Node)> Members() =>
        element.EnumerateObject().Select(member => (member.Name, new ContractNode(member.Value, Join(member.Name), errors)));

    public IEnumerable<ContractNode> Items() =>
        element.EnumerateArray().Select((item, index) => new ContractNode(item, Join($"{index}"), errors));

    /// <summary>Refuses members that are not known.</summary>
    /// <param name="what">What they are members of.</param>
    public void Refuse(string what, string[] known)
    {
        foreach (var (name, node) in Members())
        {
            if (!known.Contains(name))
                node.Fail($"is not supported in {what}; {string.Join(", ", known.Where(word => word[0] != '$'))} are");
        }
    }

    public string? Text() => Take(element.ValueKind == JsonValueKind.String, "a text", () => element.GetString());

    public bool? Flag() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => Wrong<bool>("true or false"),
    };

    public ContractNumber? Number() => element.ValueKind == JsonValueKind.Number && double.IsFinite(element.GetDouble())
        ? new(element.GetRawText())
        : Wrong<ContractNumber>("a number");

    public double? Number(double min, double max) => element.ValueKind == JsonValueKind.Number && element.GetDouble() is var number
        && number >= min && number <= max
        ? number
        : Wrong<double>(FormattableString.Invariant($"a number from {min} to {max}"));

    public int? Count(int min) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number) && number >= min
        ? number
        : Wrong<int>($"a whole number of at least {min}");

    public IReadOnlyList<string>? Texts(string what)
    {
        if (element.ValueKind == JsonValueKind.Array && element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
            return [.. element.EnumerateArray().Select(item => item.GetString()!)];
        Fail($"is {Describe()}; a list of {what} would be right");
        return null;
    }

    /// <summary>An object with <c>minimum</c> and <c>maximum</c>.</summary>
    public NumberRange Range(string what, double min, double max)
    {
        if (!IsObject("an object with minimum, maximum or both"))
            return NumberRange.Any;
        Refuse(what, ["minimum", "maximum"]);
        var range = new NumberRange(Find("minimum")?.Number(min, max), Find("maximum")?.Number(min, max));
        if (range.IsAny)
            Fail("has no bound; minimum, maximum or both would be right");
        else if (range.Minimum > range.Maximum)
            Fail("has a minimum above its maximum");
        return range;
    }

    public string Describe() => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => element.GetString() is { Length: <= 60 } text ? $"'{text}'" : "a text",
        _ => element.GetRawText() is { Length: <= 60 } raw ? raw : "a long number",
    };

    private T? Wrong<T>(string right)
        where T : struct
    {
        Fail($"is {Describe()}; {right} would be right");
        return null;
    }

    private T? Take<T>(bool isRight, string right, Func<T?> take)
        where T : class
    {
        if (isRight)
            return take();
        Fail($"is {Describe()}; {right} would be right");
        return null;
    }

    private string Join(string name) => path.Length == 0 ? name : $"{path}/{name}";
}
