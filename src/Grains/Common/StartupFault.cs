using Microsoft.Extensions.Options;
using Progeny.Abstractions.Common;
using Progeny.Core.Security;

namespace Progeny.Grains.Common;

/// <summary>Tells what an operator did wrong, or can put right, from a fault of the program.</summary>
internal static class StartupFault
{
    /// <summary>What to say, a sentence for each thing that is wrong; null where only a stack trace helps.</summary>
    public static string? Describe(Exception exception) => exception switch
    {
        OptionsValidationException options => string.Join('\n', options.Failures),
        AggregateException { InnerExceptions: { Count: > 0 } inner } when inner.All(each => Describe(each) is not null) =>
            string.Join('\n', inner.Select(Describe)),
        // A folder, a file or an address of this machine, or (FormatException) one that is none.
        SettingException or ExposureException or StorageUnavailableException or IOException or UnauthorizedAccessException
            or FormatException => exception.Message,
        _ => null,
    };
}
