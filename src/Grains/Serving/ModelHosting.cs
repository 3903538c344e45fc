using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Training;
using Progeny.Core.Training.Checks;
using Progeny.Grains.Common;

namespace Progeny.Grains.Serving;

/// <summary>Registers what loads and runs models on a node.</summary>
internal static class ModelHosting
{
    public static void AddModels(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ServingOptions>()
            .Configure(options => configuration.ReadInto("Serving", options))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServingOptions>, ServingOptionsValidator>();
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<ServingOptions>>().Value;
            if (options.RunMemory > 0)
                OnnxRuntimeLibrary.LimitRunMemory(options.RunMemory);
            return options;
        });
        services.AddSingleton(provider => new ModelWatchdog(provider.GetRequiredService<ServingOptions>().MaxRunTime));
        services.AddSingleton<IModelLoader, ModelLoader>();
        services.AddSingleton<ModelFactory>();
        services.AddSingleton<IModelOwners, GrainModelOwners>();
        services.AddSingleton<ModelCache>();
        services.AddHostedService<ModelStop>();
        services.AddSingleton<IModelCheck>(provider =>
        {
            var options = provider.GetRequiredService<ServingOptions>();
            var memory = options.RunMemory > 0 ? options.RunMemory : OnnxRuntimeLibrary.DefaultRunMemory;
            return new ModelProcess(provider.GetRequiredService<TrainerOptions>(), memory, options.MaxRunTime, provider.GetRequiredService<TimeProvider>());
        });
    }
}
