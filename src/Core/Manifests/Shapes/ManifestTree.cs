using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>
/// Reads YAML into nodes with places. Refuses what a manifest has no use for: anchors, aliases, tags, several documents, deep nesting.
/// </summary>
internal sealed class ManifestTree
{
    private const int MaxDepth = 32;

    private readonly string yaml;
    private readonly Parser parser;
    private readonly ErrorList errors;

    private ManifestTree(string yaml, ErrorList errors)
    {
        this.yaml = yaml;
        this.errors = errors;
        parser = new Parser(new StringReader(yaml));
    }

    /// <summary>The root, or null after an error that leaves nothing to check.</summary>
    public static ManifestNode? Read(string yaml, ErrorList errors)
    {
        if (yaml.Length > ManifestParser.MaxLength)
        {
            errors.Add(1, 1, "", $"the manifest has {yaml.Length} characters; at most {ManifestParser.MaxLength} are allowed");
            return null;
        }

        yaml = yaml.TrimStart('\uFEFF');
        return HasForbiddenCharacter(yaml, errors) ? null : new ManifestTree(yaml, errors).ReadDocument();
    }

    private ManifestNode? ReadDocument()
    {
        try
        {
            Advance();
            Advance();
            if (parser.Current is StreamEnd)
            {
                errors.Add(1, 1, "", "the manifest is empty; it needs at least name, version, task and pipeline");
                return null;
            }

            Advance();
            var root = ReadNode(0);
            if (root is null)
                return null;
            Advance();
            Advance();
            if (parser.Current is not StreamEnd)
            {
                var (line, column) = Place(parser.Current!.Start);
                errors.Add(line, column, "", "a second document begins here; a manifest is one document");
            }

            return root;
        }
        catch (YamlException exception)
        {
            // The library finds the tab, and names a place before it.
            if (exception.Message.Contains(" tab", StringComparison.Ordinal) && FindTabIndent() is { } tab)
            {
                errors.Add(tab.Line, tab.Column, "", "a tab indents this line; YAML takes spaces only");
                return null;
            }

            var (line, column) = Place(exception.End);
            errors.Add(line, column, "", $"this is not valid YAML: {Reason(exception)}");
            return null;
        }
    }

    /// <summary>Reads the node whose first event is current, up to and with its last event; null when it is nested too deeply.</summary>
    private ManifestNode? ReadNode(int depth)
    {
        var start = parser.Current!;
        var (line, column) = Place(start.Start);
        if (depth > MaxDepth)
        {
            errors.Add(line, column, "", $"values are nested deeper than {MaxDepth} levels");
            return null;
        }

        if (start is NodeEvent { Anchor.IsEmpty: false })
            errors.Add(line, column, "", "anchors (&name) and aliases (*name) are not allowed; write the value out");
        else if (start is NodeEvent { Tag.IsEmpty: false })
            errors.Add(line, column, "", "tags (!name) are not allowed; write the value alone, in quotes where it is text");
        switch (start)
        {
            case Scalar scalar:
                if (scalar.Value.AsSpan().IndexOfAnyInRange('\0', '\u0008') >= 0 || HasLoneSurrogate(scalar.Value))
                    errors.Add(line, column, "", "the value holds a control character or half a character; remove it");
                return new ManifestNode(NodeKind.Scalar, line, column) { Text = scalar.Value, Plain = scalar.Style == ScalarStyle.Plain };
            case SequenceStart:
                return ReadList(new ManifestNode(NodeKind.List, line, column), depth);
            case MappingStart:
                return ReadMap(new ManifestNode(NodeKind.Map, line, column), depth);
            default:
                // An alias: reported here, and nothing stands in its place.
                if (start is AnchorAlias)
                    errors.Add(line, column, "", "anchors (&name) and aliases (*name) are not allowed; write the value out");
                return new ManifestNode(NodeKind.Scalar, line, column) { Plain = true };
        }
    }

    private ManifestNode? ReadList(ManifestNode list, int depth)
    {
        while (Advance() is not SequenceEnd)
        {
            if (ReadNode(depth + 1) is not { } item)
                return null;
            list.Items.Add(item);
        }

        return list;
    }

    private ManifestNode? ReadMap(ManifestNode map, int depth)
    {
        var seen = new Dictionary<string, int>();
        while (Advance() is not MappingEnd)
        {
            if (ReadNode(depth + 1) is not { } key)
                return null;
            Advance();
            if (ReadNode(depth + 1) is not { } value)
                return null;
            if (key.Kind != NodeKind.Scalar)
                errors.Add(key, "", $"a key must be text; this is {key.Describe()}");
            else if (!seen.TryAdd(key.Text, key.Line))
                errors.Add(key, "", $"the key {Quote.Of(key.Text)} is there already, on line {seen[key.Text]}");
            else
                map.Entries.Add(new ManifestEntry(key, value));
        }

        return map;
    }

    /// <summary>Moves to the next event and returns it.</summary>
    /// <exception cref="YamlException">There is none: the text is malformed.</exception>
    private ParsingEvent Advance()
    {
        var last = parser.Current?.End ?? Mark.Empty;
        try
        {
            return parser.MoveNext() ? parser.Current! : throw new YamlException(last, last, "the text ends too early");
        }
        catch (Exception exception)
            when (exception is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // The library's scanner answers some malformed texts (a plain value that begins with ':' in braces) so, without a place.
            throw new YamlException(
                last, last, "the text behind this place is malformed; put values with special characters in quotes", exception);
        }
    }

    private static (int Line, int Column) Place(Mark mark) => (Math.Max(1, (int)mark.Line), Math.Max(1, (int)mark.Column));

    private static string Reason(YamlException exception)
    {
        // The message repeats the place in front: "(Line: 1, Col: 2, Idx: 3) - (…): reason".
        var message = exception.Message;
        var end = message.StartsWith("(Line:", StringComparison.Ordinal) ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        return (end < 0 ? message : message[(end + 3)..]).TrimEnd('.');
    }

    private (int Line, int Column)? FindTabIndent()
    {
        var lines = yaml.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var tab = lines[i].AsSpan(0, lines[i].Length - lines[i].AsSpan().TrimStart().Length).IndexOf('\t');
            if (tab >= 0)
                return (i + 1, tab + 1);
        }

        return null;
    }

    private static bool HasForbiddenCharacter(string yaml, ErrorList errors)
    {
        var (line, column) = (1, 1);
        for (var i = 0; i < yaml.Length; i++)
        {
            var c = yaml[i];
            var paired = char.IsHighSurrogate(c) && i + 1 < yaml.Length && char.IsLowSurrogate(yaml[i + 1]);
            if ((char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\u0085')) || (char.IsSurrogate(c) && !paired))
            {
                errors.Add(line, column, "", $"the character U+{(int)c:X4} is not allowed in a manifest; remove it");
                return true;
            }

            if (paired)
                i++;
            (line, column) = c == '\n' ? (line + 1, 1) : (line, column + 1);
        }

        return false;
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return true;
            i++;
        }

        return false;
    }
}
