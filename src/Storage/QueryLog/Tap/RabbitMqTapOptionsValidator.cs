using System.Text;
using Microsoft.Extensions.Options;

namespace Progeny.Storage.QueryLog.Tap;

internal sealed class RabbitMqTapOptionsValidator : IValidateOptions<RabbitMqTapOptions>
{
    // What the protocol holds a short text to.
    private const int MaxNameBytes = 255;

    public ValidateOptionsResult Validate(string? name, RabbitMqTapOptions options)
    {
        if (string.IsNullOrEmpty(options.Uri))
            return ValidateOptionsResult.Success;
        var errors = new List<string>();
        // The address may hold a password: it is not repeated.
        if (!Uri.TryCreate(options.Uri, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps") || uri.Host.Length == 0)
            errors.Add(
                "Tap:RabbitMq:Uri is no address of a broker; one looks like amqp://user:password@host:5672/vhost, or amqps://… for TLS.");
        if (options.Exchange.Length == 0 || Encoding.UTF8.GetByteCount(options.Exchange) > MaxNameBytes)
            errors.Add($"Tap:RabbitMq:Exchange is '{options.Exchange}'; it must be a name of 1 to {MaxNameBytes} bytes.");
        if (options.Buffer < 1)
            errors.Add(
                $"Tap:RabbitMq:Buffer is {options.Buffer}; it must be 1 or more, the number of records that may wait for the broker.");
        if (options.StopSeconds is not (>= 0 and <= 3_600))
            errors.Add(
                FormattableString.Invariant(
                    $"Tap:RabbitMq:StopSeconds is {options.StopSeconds}; it must be from 0 to 3600, the seconds that a stopping node goes on sending what waits."));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
