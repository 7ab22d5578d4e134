package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

const (
	// provisionerName is what the StorageClass names.
	provisionerName = "todo-chatbot/local"
	// The controller manager writes the first on a claim that waits for a
	// volume; the second is the mark of whoever made the volume.
	annotationWanted = "volume.kubernetes.io/storage-provisioner"
	annotationMadeBy = "pv.kubernetes.io/provisioned-by"
	// retryPeriod is how soon a volume that could not be made is tried again:
	// informers then repeat what they know.
	retryPeriod = 5 * time.Second
)

// provisioner gives every claim a directory of this machine and removes it with
// the claim. Kubernetes' own hostPath provisioner is no use to a pod that is not
// root: its directories are root's, and hostPath ignores fsGroup. A local volume
// honours it.
type provisioner struct {
	client    kubernetes.Interface
	directory string
	node      string
}

func newProvisionerCommand() *cobra.Command {
	var kubeconfig string
	var p provisioner
	command := &cobra.Command{
		Use:  "local-provisioner",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return fmt.Errorf("read %s: %w", kubeconfig, err)
			}
			if p.client, err = kubernetes.NewForConfig(config); err != nil {
				return fmt.Errorf("make client: %w", err)
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return p.run(ctx)
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "how to reach the API server")
	command.Flags().StringVar(&p.directory, "directory", "", "where volumes are made")
	command.Flags().StringVar(&p.node, "node", "", "the node that has the directory")
	return command
}

func (p *provisioner) run(ctx context.Context) error {
	factory := informers.NewSharedInformerFactory(p.client, retryPeriod)
	core := factory.Core().V1()
	_, err := core.PersistentVolumeClaims().Informer().AddEventHandler(onAddAndUpdate(ctx, p.provision))
	if err != nil {
		return fmt.Errorf("watch claims: %w", err)
	}
	_, err = core.PersistentVolumes().Informer().AddEventHandler(onAddAndUpdate(ctx, p.reclaim))
	if err != nil {
		return fmt.Errorf("watch volumes: %w", err)
	}
	factory.Start(ctx.Done())
	<-ctx.Done()
	factory.Shutdown()
	return nil
}

// onAddAndUpdate only logs a failure: the object comes again after retryPeriod.
func onAddAndUpdate[T metav1.Object](ctx context.Context, handle func(context.Context, T) error) cache.ResourceEventHandler {
	logged := func(object any) {
		o, ok := object.(T)
		if !ok {
			return
		}
		if err := handle(ctx, o); err != nil {
			klog.ErrorS(err, "Volume not handled", "object", klog.KObj(o))
		}
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    logged,
		UpdateFunc: func(_, object any) { logged(object) },
	}
}

// provision makes the directory before the volume: a volume may be mounted as
// soon as it is there.
func (p *provisioner) provision(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	if claim.Spec.VolumeName != "" || claim.Annotations[annotationWanted] != provisionerName {
		return nil
	}
	volume := p.volumeFor(claim)
	path := volume.Spec.Local.Path
	if err := os.MkdirAll(path, 0o777); err != nil {
		return fmt.Errorf("make volume: %w", err)
	}
	// Past the umask, because a pod may set a user and no fsGroup.
	if err := os.Chmod(path, 0o777); err != nil {
		return fmt.Errorf("open volume to all: %w", err)
	}
	_, err := p.client.CoreV1().PersistentVolumes().Create(ctx, volume, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create volume: %w", err)
	}
	return nil
}

// volumeFor names the volume after the claim's uid, so that a second try finds
// the first one's volume, and binds it to the claim.
func (p *provisioner) volumeFor(claim *corev1.PersistentVolumeClaim) *corev1.PersistentVolume {
	name := "pvc-" + string(claim.UID)
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name:        name,
			Annotations: map[string]string{annotationMadeBy: provisionerName},
		},
		Spec: corev1.PersistentVolumeSpec{
			AccessModes:                   claim.Spec.AccessModes,
			Capacity:                      claim.Spec.Resources.Requests,
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
			StorageClassName:              *claim.Spec.StorageClassName,
			ClaimRef: &corev1.ObjectReference{
				Kind: "PersistentVolumeClaim", APIVersion: "v1",
				Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{
				Local: &corev1.LocalVolumeSource{Path: filepath.Join(p.directory, name)},
			},
			NodeAffinity: p.onThisNode(),
		},
	}
}

func (p *provisioner) onThisNode() *corev1.VolumeNodeAffinity {
	return &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{
		NodeSelectorTerms: []corev1.NodeSelectorTerm{{
			MatchExpressions: []corev1.NodeSelectorRequirement{{
				Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{p.node},
			}},
		}},
	}}
}

// reclaim removes a volume whose claim is gone, unless somebody set it to be kept.
func (p *provisioner) reclaim(ctx context.Context, volume *corev1.PersistentVolume) error {
	if volume.Status.Phase != corev1.VolumeReleased ||
		volume.Annotations[annotationMadeBy] != provisionerName ||
		volume.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimDelete {
		return nil
	}
	if err := os.RemoveAll(filepath.Join(p.directory, volume.Name)); err != nil {
		return fmt.Errorf("remove volume: %w", err)
	}
	err := p.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete volume: %w", err)
	}
	return nil
}
