namespace Progeny.Console.Hosting;

/// <summary>Marks an endpoint as a page of the console, whose errors are pages too.</summary>
internal sealed class ConsoleMark
{
    public static ConsoleMark Instance { get; } = new();
}
